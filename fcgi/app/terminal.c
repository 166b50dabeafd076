#include "app/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define ENTER "\x1b[?1049h\x1b[?25l\x1b[2J" /* alternate screen, no cursor, clear */
#define LEAVE "\x1b[?25h\x1b[?1049l"

static bool bytes_write(const char *p, size_t n)
{
  while (n) {
    ssize_t written = write(STDOUT_FILENO, p, n);
    if (written < 0 && errno != EINTR)
      return false;
    if (written > 0) {
      p += written;
      n -= (size_t)written;
    }
  }
  return true;
}

bool terminal_write(const struct buf *frame)
{
  return !frame->failed && bytes_write(frame->p, frame->n);
}

static void screen_take(struct terminal *t)
{
  struct termios raw = t->before;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (t->keys)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  (void)!bytes_write(ENTER, sizeof ENTER - 1);
}

static void screen_return(struct terminal *t)
{
  (void)!bytes_write(LEAVE, sizeof LEAVE - 1);
  if (t->keys)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
}

bool terminal_enter(struct terminal *t)
{
  const char *kind = getenv("TERM");
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  *t = (struct terminal){.entered = isatty(STDOUT_FILENO) && kind && *kind && strcmp(kind, "dumb") != 0};
  t->keys = t->entered && tcgetattr(STDIN_FILENO, &t->before) == 0;
  if (t->entered) {
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGTSTP);
  }
  sigprocmask(SIG_BLOCK, &set, NULL);
  t->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (t->entered)
    screen_take(t);
  return t->entered;
}

void terminal_leave(struct terminal *t)
{
  if (t->entered)
    screen_return(t);
  if (t->signal_fd >= 0)
    close(t->signal_fd);
  *t = (struct terminal){.signal_fd = -1};
}

void terminal_size(int *columns, int *rows)
{
  struct winsize w;
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row;
  *columns = known ? w.ws_col : 80;
  *rows = known ? w.ws_row : 24;
}

/* Gives the terminal back while the program is stopped. */
static void suspend(struct terminal *t)
{
  screen_return(t);
  raise(SIGSTOP);
  screen_take(t);
}

static enum terminal_event signal_take(struct terminal *t)
{
  struct signalfd_siginfo info;
  enum terminal_event event = TERMINAL_NOTHING;
  while (read(t->signal_fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGTSTP)
      suspend(t);
    if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGTSTP)
      return TERMINAL_QUIT;
    event = TERMINAL_RESIZED;
  }
  return event;
}

static enum terminal_event key_take(struct terminal *t)
{
  char keys[64];
  ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
  if (n == 0 || (n < 0 && errno != EINTR)) {
    t->keys = false; /* nobody types any more */
    return n == 0 ? TERMINAL_QUIT : TERMINAL_NOTHING;
  }
  return n > 0 && (memchr(keys, 'q', (size_t)n) || memchr(keys, 'Q', (size_t)n)) ? TERMINAL_QUIT : TERMINAL_NOTHING;
}

enum terminal_event terminal_wait(struct terminal *t, int wait_ms)
{
  struct pollfd fds[2] = {{.fd = t->signal_fd, .events = POLLIN}, {.fd = t->keys ? STDIN_FILENO : -1, .events = POLLIN}};
  if (poll(fds, 2, wait_ms) <= 0)
    return TERMINAL_NOTHING;
  enum terminal_event event = fds[0].revents ? signal_take(t) : TERMINAL_NOTHING;
  if (event != TERMINAL_QUIT && fds[1].revents) {
    enum terminal_event key = key_take(t);
    event = key == TERMINAL_QUIT ? key : event;
  }
  return event;
}

bool terminal_colour(void)
{
  const char *no = getenv("NO_COLOR");
  return !no || !*no;
}

bool terminal_unicode(void)
{
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = getenv(names[i]);
    if (value && *value)
      return strcasestr(value, "UTF-8") || strcasestr(value, "utf8");
  }
  return false;
}
