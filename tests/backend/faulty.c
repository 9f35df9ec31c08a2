/* Loaded before libc (LD_PRELOAD): makes the disk under $FAULTY_UNDER go wrong, and moves the clock.

   $FAULTY names a folder. Its file `disk` holds a word, `clock` how many seconds the clock is ahead:
   full       files do not grow, and there are no new ones
   read-only  nothing can be changed
   sick       what was written does not reach the disk: fsync says so once, and the system then forgets it, as Linux may
   half-sick  the same for the database alone, while its log is well
   gone       nothing can be read or written */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int told(const char *name, char *text, int most) {
    const char *folder = getenv("FAULTY");
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    int size = file < 0 ? 0 : syscall(SYS_read, file, text, most - 1);
    if (file >= 0)
        syscall(SYS_close, file);
    text[size > 0 ? size : 0] = 0;
    return size > 0;
}

static int is(const char *mood) {
    char text[32];
    return told("disk", text, sizeof text) && !strcmp(text, mood);
}

static int is_under(const char *path) {
    const char *under = getenv("FAULTY_UNDER");
    return !strncmp(path, under, strlen(under));
}

static void name_of(int file, char *path, size_t most) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int size = syscall(SYS_readlinkat, AT_FDCWD, link, path, most - 1);
    path[size > 0 ? size : 0] = 0;
}

static int is_there(int file) {
    char path[512];
    name_of(file, path, sizeof path);
    return is_under(path);
}

/* Whether fsync fails for this file and what was written is lost. */
static int is_sick(int file) {
    char path[512];
    name_of(file, path, sizeof path);
    return is("sick") || (is("half-sick") && !strstr(path, ".db-"));
}

static int fails(int error) {
    errno = error;
    return -1;
}

/* The error of changing a file that is there already, 0 for none. */
static int error_of_change(void) {
    return is("read-only") ? EROFS : is("gone") ? EIO : 0;
}

static int error_of_name(const char *path) {
    if (!is_under(path))
        return 0;
    return is("full") ? ENOSPC : error_of_change();
}

/* What stood where somebody wrote since the last fsync, newest first. */
struct before {
    dev_t disk;
    ino_t file;
    off_t at, size;
    ssize_t count;
    char *bytes;
    struct before *older;
};
static struct before *newest;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void note(int file, size_t count, off_t at) {
    struct stat about;
    if (!is_there(file) || fstat(file, &about))
        return;
    struct before *one = malloc(sizeof *one);
    *one = (struct before){about.st_dev, about.st_ino, at, about.st_size, 0, malloc(count), 0};
    one->count = syscall(SYS_pread64, file, one->bytes, count, at);
    pthread_mutex_lock(&turn);
    one->older = newest;
    newest = one;
    pthread_mutex_unlock(&turn);
}

/* The file is as it is on the disk; or it becomes so again, and what was written since is lost. */
static void settle(int file, int is_lost) {
    struct stat about;
    if (!is_there(file) || fstat(file, &about))
        return;
    pthread_mutex_lock(&turn);
    for (struct before **next = &newest; *next;) {
        struct before *one = *next;
        if (one->disk != about.st_dev || one->file != about.st_ino) {
            next = &one->older;
            continue;
        }
        if (is_lost && one->count > 0)
            syscall(SYS_pwrite64, file, one->bytes, one->count, one->at);
        if (is_lost)
            syscall(SYS_ftruncate, file, one->size);
        *next = one->older;
        free(one->bytes);
        free(one);
    }
    pthread_mutex_unlock(&turn);
}

/* How many of the bytes there is room for; -1 and errno where none. */
static ssize_t room(int file, size_t count, off_t at) {
    if (!is_there(file))
        return count;
    int error = error_of_change();
    if (error)
        return fails(error);
    struct stat about;
    if (!is("full") || fstat(file, &about) || at + (off_t)count <= about.st_size)
        return count;
    return at < about.st_size ? about.st_size - at : fails(ENOSPC);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    ssize_t most = room(file, count, at);
    if (most > 0)
        note(file, most, at);
    return most < 0 ? most : syscall(SYS_pwrite64, file, bytes, most, at);
}

ssize_t write(int file, const void *bytes, size_t count) {
    off_t at = lseek(file, 0, SEEK_CUR);
    ssize_t most = at < 0 ? (ssize_t)count : room(file, count, at);
    return most < 0 ? most : syscall(SYS_write, file, bytes, most);
}

ssize_t pread(int file, void *bytes, size_t count, off_t at) {
    return is("gone") && is_there(file) ? fails(EIO) : syscall(SYS_pread64, file, bytes, count, at);
}

int ftruncate(int file, off_t size) {
    int error = is_there(file) ? error_of_change() : 0;
    if (error)
        return fails(error);
    settle(file, 0);
    return syscall(SYS_ftruncate, file, size);
}

static int synced(int file, long call) {
    int is_lost = is_sick(file);
    int failed = (is_lost || is("gone")) && is_there(file);
    if (is_lost || !failed)
        settle(file, is_lost);
    return failed ? fails(EIO) : syscall(call, file);
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

static int opened(const char *path, int flags, int mode) {
    int is_change = (flags & O_ACCMODE) != O_RDONLY;
    if (is_change && is_under(path)) {
        int error = (flags & O_CREAT) && access(path, F_OK) ? error_of_name(path) : error_of_change();
        if (error)
            return fails(error);
    }
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    return opened(path, flags, mode);
}

int unlink(const char *path) {
    int error = is_under(path) ? error_of_change() : 0;
    return error ? fails(error) : syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rename(const char *from, const char *to) {
    int error = is_under(to) ? error_of_change() : 0;
    return error ? fails(error) : syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode) {
    int error = error_of_name(path);
    return error ? fails(error) : syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

static long ahead(void) {
    char text[32];
    return told("clock", text, sizeof text) ? atol(text) : 0;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*of_libc)(clockid_t, struct timespec *);
    if (!of_libc)
        of_libc = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = of_libc(which, now);
    if (!failed && which == CLOCK_REALTIME)
        now->tv_sec += ahead();
    return failed;
}

ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));
ssize_t pread64(int, void *, size_t, off_t) __attribute__((alias("pread")));
int ftruncate64(int, off_t) __attribute__((alias("ftruncate")));
int open64(const char *, int, ...) __attribute__((alias("open")));
