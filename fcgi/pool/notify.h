/* sd_notify(3) without its library: one datagram to the service manager, or nothing when there is none. */
#ifndef DIPTYCH_POOL_NOTIFY_H
#define DIPTYCH_POOL_NOTIFY_H

void notify_ready(void);     /* started, or a reload is over */
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *sentence); /* shown by systemctl status */

#endif
