/* To be preloaded into osmo-msc, which ends when it cannot open an SCTP socket towards the network, and
 * many kernels have no SCTP: such a socket becomes a TCP socket on the loopback interface, to which
 * nobody ever connects. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol)
{
	int (*next)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	if (protocol == IPPROTO_SCTP)
		return next(AF_INET, type, IPPROTO_TCP);
	return next(domain, type, protocol);
}

/* Multi-homed binding and the like come as options. */
int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	int (*next)(int, int, int, const void *, socklen_t) =
		(int (*)(int, int, int, const void *, socklen_t))dlsym(RTLD_NEXT, "setsockopt");
	return level == IPPROTO_SCTP ? 0 : next(fd, level, name, value, len);
}

/* What was not bound would listen on every address. */
int listen(int fd, int backlog)
{
	int (*next)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");
	struct sockaddr_in a = {0};
	socklen_t len = sizeof a;
	if (getsockname(fd, (struct sockaddr *)&a, &len) == 0 && a.sin_family == AF_INET && a.sin_port == 0) {
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
			return -1;
	}
	return next(fd, backlog);
}
