package sshclient

import "golang.org/x/sys/unix"

const (
	ioctlGetTermios = unix.TIOCGETA
	charDisabled    = 0xff
)

func systemChars() []modeChar { return []modeChar{{11, unix.VDSUSP}, {17, unix.VSTATUS}} }

func systemInputFlags() []modeFlag { return []modeFlag{{42, unix.IUTF8}} }
