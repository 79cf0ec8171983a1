package sshclient

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strconv"

	"github.com/napter-connect/napter-connect/internal/message"
)

// SOCKS version 4, and its extension 4a for names.
const (
	socks4Version  = 4
	socks4Granted  = 90
	socks4Rejected = 91
	// socks4Longest bounds the texts of a request, which end with a zero byte.
	socks4Longest = 254
)

// socks4Target reads what follows version and command: port, address, user and, if the
// address is 0.0.0.x (4a), a name. The user is nobody's business.
func socks4Target(conn io.ReadWriter, command byte) (string, error) {
	var head [6]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return "", err
	}
	if _, err := socks4Text(conn); err != nil {
		return "", err
	}
	if command != socksConnectCmd {
		_ = socks4Reply(conn, socksBadCommand)
		return "", message.Errorf("command %d is not supported", command)
	}
	host := netip.AddrFrom4([4]byte(head[2:])).String()
	if head[2] == 0 && head[3] == 0 && head[4] == 0 && head[5] != 0 {
		var err error
		if host, err = socks4Text(conn); err != nil {
			return "", err
		}
		if host == "" {
			_ = socks4Reply(conn, socksRefused)
			return "", message.Errorf("the client names no host")
		}
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(head[:2])))), nil
}

// socks4Text reads up to a zero byte, and not a byte more.
func socks4Text(conn io.Reader) (string, error) {
	var text []byte
	for {
		var b [1]byte
		if _, err := io.ReadFull(conn, b[:]); err != nil {
			return "", err
		}
		if b[0] == 0 {
			return string(text), nil
		}
		if text = append(text, b[0]); len(text) > socks4Longest {
			return "", message.Errorf("the request is too long")
		}
	}
}

// socks4Reply answers the request; code is one of version 5.
func socks4Reply(conn io.Writer, code byte) error {
	answer := byte(socks4Rejected)
	if code == socksOK {
		answer = socks4Granted
	}
	_, err := conn.Write([]byte{0, answer, 0, 0, 0, 0, 0, 0})
	return err
}
