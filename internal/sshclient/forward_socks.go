package sshclient

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// SOCKS version 5 (RFC 1928), and version 4 (forward_socks4.go), as much of them as
// ssh -D needs: CONNECT without a password. The libraries that can be had are abandoned or much larger than
// this, and look names up here, where they may mean something else than on the
// device.
const (
	socksVersion     = 5
	socksNoAuth      = 0
	socksNoneFits    = 0xff
	socksConnectCmd  = 1
	socksIPv4        = 1
	socksDomain      = 3
	socksIPv6        = 4
	socksOK          = 0
	socksRefused     = 5
	socksBadCommand  = 7
	socksBadAddrType = 8
)

// socksConnect does the server's side of the handshake on conn and returns the
// connection that was asked for.
func socksConnect(conn net.Conn, connect func(target string) (net.Conn, error)) (net.Conn, error) {
	// A client that says nothing holds nothing for long.
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	version, target, err := socksTarget(conn)
	if err != nil {
		return nil, message.Errorf("SOCKS request: %w", err)
	}
	_ = conn.SetDeadline(time.Time{})
	reply := socksReply
	if version == socks4Version {
		reply = socks4Reply
	}
	peer, err := connect(target)
	if err != nil {
		_ = reply(conn, socksRefused)
		return nil, err
	}
	if err := reply(conn, socksOK); err != nil {
		_ = peer.Close()
		return nil, message.Errorf("SOCKS response: %w", err)
	}
	return peer, nil
}

// socksTarget reads greeting and request, and returns the protocol's version and the
// host:port asked for. It reads not a byte more than these have.
func socksTarget(conn io.ReadWriter) (version byte, target string, err error) {
	var head [2]byte // version; then 5: how many methods, 4: command
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return 0, "", err
	}
	switch head[0] {
	case socksVersion:
		target, err = socks5Target(conn, head[1])
	case socks4Version:
		target, err = socks4Target(conn, head[1])
	default:
		err = message.Errorf("version %d is not known, only %d and %d", head[0], socks4Version, socksVersion)
	}
	return head[0], target, err
}

func socks5Target(conn io.ReadWriter, count byte) (string, error) {
	methods := make([]byte, count)
	if _, err := io.ReadFull(conn, methods); err != nil {
		return "", err
	}
	method := byte(socksNoneFits)
	for _, m := range methods {
		if m == socksNoAuth {
			method = socksNoAuth
		}
	}
	if _, err := conn.Write([]byte{socksVersion, method}); err != nil {
		return "", err
	}
	if method == socksNoneFits {
		return "", message.Errorf("the client insists on a password")
	}
	var req [4]byte // version, command, reserved, address type
	if _, err := io.ReadFull(conn, req[:]); err != nil {
		return "", err
	}
	if req[0] != socksVersion || req[1] != socksConnectCmd {
		_ = socksReply(conn, socksBadCommand)
		return "", message.Errorf("command %d is not supported", req[1])
	}
	host, err := socksHost(conn, req[3])
	if err != nil {
		return "", err
	}
	var port [2]byte
	if _, err := io.ReadFull(conn, port[:]); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port[:])))), nil
}

func socksHost(conn io.ReadWriter, kind byte) (string, error) {
	var length int
	switch kind {
	case socksIPv4:
		length = 4
	case socksIPv6:
		length = 16
	case socksDomain:
		var n [1]byte
		if _, err := io.ReadFull(conn, n[:]); err != nil {
			return "", err
		}
		length = int(n[0])
	default:
		_ = socksReply(conn, socksBadAddrType)
		return "", message.Errorf("address type %d is not supported", kind)
	}
	host := make([]byte, length)
	if _, err := io.ReadFull(conn, host); err != nil {
		return "", err
	}
	if kind == socksDomain {
		return string(host), nil
	}
	addr, _ := netip.AddrFromSlice(host)
	return addr.String(), nil
}

// socksReply answers the request. The bound address, which is unused with
// CONNECT, is 0.0.0.0:0.
func socksReply(conn io.Writer, code byte) error {
	_, err := conn.Write([]byte{socksVersion, code, 0, socksIPv4, 0, 0, 0, 0, 0, 0})
	return err
}
