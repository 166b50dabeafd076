/* The floor with one connection for each request: the simplest libfcgi program, as its documentation shows
 * it, which answers with the bytes of a file, in N processes.  It ends with its parent.
 *
 * usage: floor_each SOCKET FILE N */
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char body[1 << 20];
static size_t body_n;

static void serve(int listener)
{
  FCGX_Request r;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  FCGX_InitRequest(&r, listener, 0);
  while (FCGX_Accept_r(&r) == 0) {
    if (FCGX_GetParam("HTTP_IF_NONE_MATCH", r.envp))
      FCGX_PutS("Status: 304\r\nETag: \"floor\"\r\n\r\n", r.out);
    else {
      FCGX_FPrintF(r.out, "Content-Type: text/html\r\nETag: \"floor\"\r\nContent-Length: %d\r\n\r\n", (int)body_n);
      FCGX_PutStr(body, (int)body_n, r.out);
    }
    FCGX_Finish_r(&r);
  }
  _exit(0);
}

static int listen_at(const char *path)
{
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || chmod(path, 0666) != 0 || listen(fd, 1024) != 0) {
    perror(path);
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv)
{
  FILE *f = argc == 4 ? fopen(argv[2], "r") : NULL;
  if (!f) {
    fputs("usage: floor_each SOCKET FILE N\n", stderr);
    return 2;
  }
  body_n = fread(body, 1, sizeof body, f);
  fclose(f);
  FCGX_Init();
  int listener = listen_at(argv[1]);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = atoi(argv[3]); i > 0; i--)
    if (fork() == 0)
      serve(listener);
  pause();
  return 0;
}
