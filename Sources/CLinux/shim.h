#pragma once
// What the Glibc module does not export: whole headers, and what headers hide without _GNU_SOURCE.
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

int pipe2(int ends[2], int flags);
void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);
// A flag of posix_spawnattr_setflags: the child gets a session of its own.
enum { SPAWN_OWN_SESSION = 0x80 };
