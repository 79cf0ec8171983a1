package device

import (
	"encoding/binary"
	"strings"
)

// modes are the encoded terminal modes of a pty-req, RFC 4254 section 8, by opcode.
type modes map[byte]uint32

func parseModes(encoded string) modes {
	m := modes{}
	// Opcodes from 160 on have no defined argument and end the list, as 0 does.
	for b := []byte(encoded); len(b) >= 5 && b[0] != 0 && b[0] < 160; b = b[5:] {
		m[b[0]] = binary.BigEndian.Uint32(b[1:5])
	}
	return m
}

const (
	modeOPOST = 70
	modeONLCR = 72
)

// modeNames are the flags that String shows, with stty's names.
var modeNames = []struct {
	opcode byte
	name   string
}{
	{36, "icrnl"}, {38, "ixon"}, {42, "iutf8"}, {50, "isig"}, {51, "icanon"}, {53, "echo"},
	{59, "iexten"}, {modeOPOST, "opost"}, {modeONLCR, "onlcr"}, {91, "cs8"},
}

// String lists the flags that the client sent, as stty does: off ones with a hyphen.
func (m modes) String() string {
	var words []string
	for _, f := range modeNames {
		switch on, sent := m[f.opcode]; {
		case sent && on != 0:
			words = append(words, f.name)
		case sent:
			words = append(words, "-"+f.name)
		}
	}
	return strings.Join(words, " ")
}

// mapsNewlines reports whether output's newlines get a carriage return, which they
// do unless the client said otherwise.
func (m modes) mapsNewlines() bool {
	on := func(opcode byte) bool {
		v, sent := m[opcode]
		return !sent || v != 0
	}
	return on(modeOPOST) && on(modeONLCR)
}
