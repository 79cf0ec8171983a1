package sshclient

import "golang.org/x/sys/unix"

const (
	ioctlGetTermios = unix.TCGETS
	charDisabled    = 0
)

func systemChars() []modeChar { return []modeChar{{16, unix.VSWTC}} }

func systemInputFlags() []modeFlag { return []modeFlag{{37, unix.IUCLC}, {42, unix.IUTF8}} }
