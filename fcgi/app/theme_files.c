#include "app/theme_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool theme_folder_make(const char *path, FILE *why)
{
  struct stat st;
  if (mkdir(path, 0755) == 0) {
    if (chmod(path, 0755) == 0)
      return true;
  } else if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
    return true;
  fprintf(why, "%s: %s: the folder could not be made\n", path, strerror(errno));
  return false;
}

static bool content_write(int fd, struct span content)
{
  while (content.n) {
    ssize_t n = write(fd, content.p, content.n);
    if (n < 0 && errno != EINTR)
      return false;
    content = span_from(content, n > 0 ? (size_t)n : 0);
  }
  return fchmod(fd, 0644) == 0 && fsync(fd) == 0;
}

/* Two commands at the same time write to files of their own. */
bool theme_file_write(const char *path, struct span content, FILE *why)
{
  char draft[4096];
  int n = snprintf(draft, sizeof draft, "%s.%ld", path, (long)getpid());
  errno = ENAMETOOLONG;
  int fd = n < (int)sizeof draft ? open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644) : -1;
  bool ok = fd >= 0 && content_write(fd, content);
  if (fd >= 0)
    close(fd);
  if (ok && rename(draft, path) == 0)
    return true;
  fprintf(why, "%s: %s: it could not be written\n", path, strerror(errno));
  if (fd >= 0)
    unlink(draft);
  return false;
}
