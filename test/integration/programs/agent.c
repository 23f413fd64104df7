// SPDX-License-Identifier: Apache-2.0
// A seccomp agent (runtime-spec config-linux.md, "The Seccomp Agent"): waits at a unix socket, writes the
// container process state that comes with the listener to a file, and answers the given number of calls with
// a value (seccomp_unotify(2)); then it goes away.
//
//   agent SOCKET STATE-FILE CALLS VALUE
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void must(int good, const char* doing) {
  if (good) return;
  perror(doing);
  exit(1);
}

static int receive(int connection, const char* state_file) {
  static char text[65536];
  char control[CMSG_SPACE(sizeof(int) * 8)];
  struct iovec part = {text, sizeof text};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  const ssize_t got = recvmsg(connection, &message, 0);
  must(got > 0, "recvmsg");
  FILE* file = fopen(state_file, "w");
  must(file != NULL && fwrite(text, 1, (size_t)got, file) == (size_t)got, state_file);
  ssize_t more;
  // What came with it in one sendmsg(2): crun keeps the connection open as long as the container runs.
  while ((more = recv(connection, text, sizeof text, MSG_DONTWAIT)) > 0) fwrite(text, 1, (size_t)more, file);
  must(fclose(file) == 0, state_file);
  const struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  must(header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)),
       "exactly one descriptor");
  int listener;
  memcpy(&listener, CMSG_DATA(header), sizeof listener);
  return listener;
}

int main(int argc, char** argv) {
  must(argc == 5, "usage: agent SOCKET STATE-FILE CALLS VALUE");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
  const int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
  must(bind(socket_fd, (struct sockaddr*)&address, sizeof address) == 0, "bind");
  must(listen(socket_fd, 1) == 0, "listen");
  const int connection = accept(socket_fd, NULL, NULL);
  must(connection >= 0, "accept");
  const int listener = receive(connection, argv[2]);
  for (int left = atoi(argv[3]); left > 0; --left) {
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    must(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0, "SECCOMP_IOCTL_NOTIF_RECV");
    struct seccomp_notif_resp answer = {.id = call.id, .val = atoi(argv[4])};
    must(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0, "SECCOMP_IOCTL_NOTIF_SEND");
  }
  return 0;
}
