// What stands in for a good program: the container that holds a pod open, and the versions that tests need broken.
// Go, as the tools are, since it makes a program without any library.
//
//	stand-in pause                    waits for the end
//	stand-in never-ready ARGUMENT…    migrates as the real program does, then serves nothing, for ever
//	stand-in failing-migration ARG…   serves as the real program does, but its migration fails
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const program = "/bin/dog-gif-app"

func main() {
	behaviour, arguments := "", []string{}
	if len(os.Args) > 1 {
		behaviour, arguments = os.Args[1], os.Args[2:]
	}
	migrating := len(arguments) > 0 && arguments[0] == "migrate"
	switch {
	case behaviour == "pause":
		wait()
	case behaviour == "never-ready" && migrating:
		become(arguments)
	case behaviour == "never-ready":
		fmt.Println("running, and never ready")
		wait()
	case behaviour == "failing-migration" && migrating:
		fmt.Fprintln(os.Stderr, "this migration fails, as it was made to")
		os.Exit(1)
	case behaviour == "failing-migration":
		become(arguments)
	default:
		fmt.Fprintf(os.Stderr, "no such behaviour: %q\n", behaviour)
		os.Exit(2)
	}
}

// The first process of a container gets only the signals that it asks for.
func wait() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}

func become(arguments []string) {
	err := syscall.Exec(program, append([]string{program}, arguments...), os.Environ())
	fmt.Fprintf(os.Stderr, "cannot run %s: %v\n", program, err)
	os.Exit(126)
}
