package launch

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/cli/browser"
	"github.com/mattn/go-shellwords"

	"github.com/napter-connect/napter-connect/internal/message"
)

// startLimit is how long a program that was started may take to fail.
const startLimit = time.Second

// Desktop starts programs with windows: a browser, a viewer. They get no standard
// input, and what they print goes nowhere: our output is ours.
type Desktop struct {
	// Getenv reads the environment; nil is os.Getenv.
	Getenv func(string) string
	// Environ is what the programs get, as in os.Environ; nil is ours.
	Environ []string
}

// NoDisplayError says that windows cannot be shown here.
type NoDisplayError struct{ Why message.Text }

// Text says why.
func (e *NoDisplayError) Text() message.Text {
	return message.New("no window can be opened here: %s", e.Why)
}

func (e *NoDisplayError) Error() string { return e.Text().String() }

func (d Desktop) getenv(name string) string {
	if d.Getenv == nil {
		return os.Getenv(name)
	}
	return d.Getenv(name)
}

// check says why there is no display. Over SSH, a browser on the other side would
// come from another address, which the mapping does not let in.
func (d Desktop) check() error {
	switch {
	case d.getenv("SSH_CONNECTION") != "":
		return &NoDisplayError{message.New("this is an SSH session")}
	case runtime.GOOS == "darwin" || runtime.GOOS == "windows", d.getenv("WSL_DISTRO_NAME") != "":
		return nil
	case d.getenv("DISPLAY") == "" && d.getenv("WAYLAND_DISPLAY") == "":
		return &NoDisplayError{message.New("there is no display")}
	}
	return nil
}

// Browse shows a URL in the user's browser: the first command of the list in
// BROWSER that is there (%s in it is the URL), else what the desktop has. BROWSER
// counts without a display too: the user set it on purpose.
func (d Desktop) Browse(url string) error {
	if list := d.getenv("BROWSER"); list != "" {
		return d.browseWith(list, url)
	}
	if err := d.check(); err != nil {
		return err
	}
	// The library's output is a package variable, which nil sends nowhere.
	browser.Stdout, browser.Stderr = nil, nil
	failed := make(chan error, 1)
	// It returns at once, or when the browser is closed, as the desktop has it.
	go func() { failed <- browser.OpenURL(url) }()
	select {
	case err := <-failed:
		if err != nil {
			return message.Errorf("starting a browser: %w", err)
		}
	case <-time.After(startLimit):
	}
	return nil
}

func (d Desktop) browseWith(list, url string) error {
	var last error
	for _, text := range filepath.SplitList(list) {
		args, err := shellwords.Parse(text)
		if err != nil || len(args) == 0 {
			last = message.Errorf("BROWSER has %q, which is not a command", text)
			continue
		}
		named := false
		for i := range args {
			named = named || strings.Contains(args[i], "%s")
			args[i] = strings.ReplaceAll(args[i], "%s", url)
		}
		if !named {
			args = append(args, url)
		}
		ended, err := d.start(args)
		if err != nil {
			last = err
			continue
		}
		select {
		case err := <-ended:
			if err == nil {
				return nil
			}
			last = err
		case <-time.After(startLimit):
			return nil
		}
	}
	return last
}

// start starts a program; its end is told by the channel.
func (d Desktop) start(args []string) (ended <-chan error, err error) {
	cmd := exec.Command(args[0], args[1:]...) //nolint:noctx // it outlives us: browsers are closed by people
	cmd.Env = d.Environ
	cmd.SysProcAttr = ownGroup() // so that our Ctrl-C is not its
	if err := cmd.Start(); err != nil {
		return nil, message.Errorf("starting %s: %w", args[0], err)
	}
	done := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		if err != nil {
			err = message.Errorf("%s: %w", args[0], err)
		}
		done <- err
	}()
	return done, nil
}
