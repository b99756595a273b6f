// Generated from src/status.ts by `cbuild headers`: change that file and run the command again.
#pragma once

#define PARPEROS_OUT_OF_MEMORY (-1)
#define PARPEROS_BAD_ORDER (-2)
#define PARPEROS_BAD_FRAME (-3)
#define PARPEROS_UNALIGNED (-4)
#define PARPEROS_NOT_ALLOCATED (-5)
#define PARPEROS_BAD_CLASS (-6)
#define PARPEROS_CORRUPT (-7)
#define PARPEROS_BAD_PAGE (-8)
#define PARPEROS_RESIDENT (-9)
#define PARPEROS_NOT_RESIDENT (-10)
#define PARPEROS_PAGE_BUSY (-11)
#define PARPEROS_END_OF_FILE (-12)
#define PARPEROS_IO_ERROR (-13)
#define PARPEROS_CANCELLED (-14)
#define PARPEROS_PENDING (-15)
#define PARPEROS_LAYOUT_HASH 0x5d27d7b2u
