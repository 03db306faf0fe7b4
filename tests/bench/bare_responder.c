/*
 * The least a FastCGI program can do: answer every request with a 302, from N processes on one
 * socket. Its rate through Apache is what script/bench measures everything else against.
 *
 *   bare_responder SOCKET PROCESSES
 */
#include <fcgiapp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/base.h"

static void serve(int listener)
{
    FCGX_Request request;
    CHECK(FCGX_InitRequest(&request, listener, 0) == 0);
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS(
            "Status: 302 Found\r\n"
            "Location: https://shop.example/?meed_click=00000000-0000-7000-8000-000000000000\r\n"
            "Cache-Control: no-store\r\n"
            "Content-Type: text/plain\r\n\r\n",
            request.out);
        FCGX_Finish_r(&request);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bare_responder SOCKET PROCESSES\n");
        return 2;
    }
    long processes = strtol(argv[2], NULL, 10);
    CHECK(processes > 0 && processes < 100);
    CHECK(FCGX_Init() == 0);
    int listener = FCGX_OpenSocket(argv[1], 1024);
    CHECK(listener >= 0 && chmod(argv[1], 0666) == 0);

    for (long i = 0; i < processes; i++) {
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(listener);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    return 0;
}
