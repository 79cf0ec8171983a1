package console

import "golang.org/x/sys/windows"

// hideInput turns a console's echo off and drops what was typed before. restore
// turns it on again.
func hideInput(fd int) (restore func(), err error) {
	console := windows.Handle(fd)
	var before uint32
	if err := windows.GetConsoleMode(console, &before); err != nil {
		return nil, err
	}
	if err := windows.SetConsoleMode(console, before&^windows.ENABLE_ECHO_INPUT); err != nil {
		return nil, err
	}
	_ = windows.FlushConsoleInputBuffer(console)
	return func() { _ = windows.SetConsoleMode(console, before) }, nil
}
