/* All of banjing's public interface. */
#ifndef BANJING_H
#define BANJING_H

#include "banjing/assess.h"
#include "banjing/base.h"
#include "banjing/batch.h"
#include "banjing/cover.h"
#include "banjing/crs.h"
#include "banjing/layer.h"
#include "banjing/plan.h"
#include "banjing/reach.h"
#include "banjing/report.h"
#include "banjing/study.h"

#endif
