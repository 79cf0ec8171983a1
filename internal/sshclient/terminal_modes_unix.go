//go:build unix

package sshclient

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// Opcodes of the two speeds (RFC 4254, section 8).
const (
	ttyOpISpeed = 128
	ttyOpOSpeed = 129
)

// Indexes and bits of a termios and their opcodes. The tables of one system
// extend these; their constants differ in type between systems.
type (
	modeChar struct {
		op    byte
		index int
	}
	modeFlag struct {
		op  byte
		bit uint64
	}
)

// commonChars returns the special characters that every Unix has.
func commonChars() []modeChar {
	return []modeChar{
		{1, unix.VINTR}, {2, unix.VQUIT}, {3, unix.VERASE}, {4, unix.VKILL},
		{5, unix.VEOF}, {6, unix.VEOL}, {7, unix.VEOL2}, {8, unix.VSTART},
		{9, unix.VSTOP}, {10, unix.VSUSP}, {12, unix.VREPRINT}, {13, unix.VWERASE},
		{14, unix.VLNEXT}, {18, unix.VDISCARD},
	}
}

func inputFlags() []modeFlag {
	return []modeFlag{
		{30, unix.IGNPAR}, {31, unix.PARMRK}, {32, unix.INPCK}, {33, unix.ISTRIP},
		{34, unix.INLCR}, {35, unix.IGNCR}, {36, unix.ICRNL}, {38, unix.IXON},
		{39, unix.IXANY}, {40, unix.IXOFF}, {41, unix.IMAXBEL},
	}
}

func localFlags() []modeFlag {
	return []modeFlag{
		{50, unix.ISIG}, {51, unix.ICANON}, {53, unix.ECHO}, {54, unix.ECHOE},
		{55, unix.ECHOK}, {56, unix.ECHONL}, {57, unix.NOFLSH}, {58, unix.TOSTOP},
		{59, unix.IEXTEN}, {60, unix.ECHOCTL}, {61, unix.ECHOKE}, {62, unix.PENDIN},
	}
}

func outputFlags() []modeFlag {
	return []modeFlag{
		{70, unix.OPOST}, {72, unix.ONLCR}, {73, unix.OCRNL}, {74, unix.ONOCR}, {75, unix.ONLRET},
	}
}

func controlFlags() []modeFlag {
	return []modeFlag{{90, unix.CS7}, {91, unix.CS8}, {92, unix.PARENB}, {93, unix.PARODD}}
}

// modes are the local terminal's, encoded for a pty-req, so that for instance
// Backspace, Ctrl-C and UTF-8 line editing work on the device as they do here.
func (t *terminal) modes() []byte {
	if t.in == nil {
		return []byte{ttyOpEnd}
	}
	tio, err := unix.IoctlGetTermios(int(t.in.Fd()), ioctlGetTermios)
	if err != nil {
		return []byte{ttyOpEnd}
	}
	return encodeModes(tio)
}

func encodeModes(tio *unix.Termios) []byte {
	var b []byte
	put := func(op byte, value uint32) {
		b = binary.BigEndian.AppendUint32(append(b, op), value)
	}
	// The systems differ in how a speed is coded; what a pseudo-terminal's is
	// has no effect but the redrawing habits of some old programs.
	put(ttyOpISpeed, 38400)
	put(ttyOpOSpeed, 38400)
	for _, c := range append(commonChars(), systemChars()...) {
		value := uint32(tio.Cc[c.index])
		if tio.Cc[c.index] == charDisabled {
			value = 255
		}
		put(c.op, value)
	}
	flags := func(word uint64, table []modeFlag) {
		for _, f := range table {
			var on uint32
			if word&f.bit == f.bit {
				on = 1
			}
			put(f.op, on)
		}
	}
	flags(uint64(tio.Iflag), append(inputFlags(), systemInputFlags()...))
	flags(uint64(tio.Lflag), localFlags())
	flags(uint64(tio.Oflag), outputFlags())
	flags(uint64(tio.Cflag), controlFlags())
	return append(b, ttyOpEnd)
}
