// Generated from src/status.ts by `cbuild headers`: change that file and run the command again.
#pragma once

#define PARPEROS_OUT_OF_MEMORY (-1)
#define PARPEROS_BAD_ORDER (-2)
#define PARPEROS_BAD_FRAME (-3)
#define PARPEROS_UNALIGNED (-4)
#define PARPEROS_NOT_ALLOCATED (-5)
#define PARPEROS_BAD_CLASS (-6)
#define PARPEROS_CORRUPT (-7)
#define PARPEROS_LAYOUT_HASH 0xa1631425u
