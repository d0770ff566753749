package ledger_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// roleVariable names what a child process is to do: the test binary runs itself, because only a process can be killed for real.
const roleVariable = "LEDGER_TEST_ROLE"

// roles are what children do, with the path of a ledger; what they print is read by the test. A failure is printed, too.
var roles = map[string]func(path string) error{
	"record": childRecord,
	"lock":   childLock,
	"open":   childOpen,
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := roles[role](os.Args[1]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child is a running child process.
type child struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// start starts a child; prepare may change how. It is killed at the end of the test at the latest.
func start(t *testing.T, role, path string, prepare func(*exec.Cmd)) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(self, path)}
	c.Env = append(os.Environ(), roleVariable+"="+role)
	c.Stderr = os.Stderr
	if prepare != nil {
		prepare(c.Cmd)
	}
	if c.in, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.kill() })
	return c
}

// kill ends the child as a power switch would, and returns the lines it had printed that nobody read.
func (c *child) kill() []string {
	_ = c.Process.Kill()
	return c.rest()
}

// rest reads what the child still prints until it ends.
func (c *child) rest() []string {
	var lines []string
	for c.out.Scan() {
		lines = append(lines, c.out.Text())
	}
	_ = c.Wait()
	return lines
}

// line is the next line that the child prints, "" at its end.
func (c *child) line() string {
	if !c.out.Scan() {
		return ""
	}
	return c.out.Text()
}
