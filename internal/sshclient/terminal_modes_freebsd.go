package sshclient

import "golang.org/x/sys/unix"

const (
	ioctlGetTermios = unix.TIOCGETA
	charDisabled    = 0xff
)

func systemChars() []modeChar { return []modeChar{{11, unix.VDSUSP}, {17, unix.VSTATUS}} }

// FreeBSD has IUTF8 since version 14, where x/sys does not know it yet.
func systemInputFlags() []modeFlag { return []modeFlag{{42, 0x4000}} }
