/* sd_notify(3) without libsystemd: sends one datagram to the service manager, if there is one. */
#ifndef DIPTYCH_POOL_NOTIFY_H
#define DIPTYCH_POOL_NOTIFY_H

#include <stdint.h>

void notify_ready(void);     /* the pool has started, or a reload has ended */
void notify_reloading(void);
void notify_stopping(void);
void notify_main(int pid); /* process pid is the master from now on */
void notify_status(const char *sentence); /* systemctl status shows it */

/* Tells the service manager four times in each WatchdogSec= that the process goes on; does nothing without one.  Call it
 * in each turn of the main loop. */
void notify_alive(int64_t now_us);

#endif
