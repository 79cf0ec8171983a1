package client

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hint"
)

const endpointHint = "an endpoint looks like https://api.soracom.io or https://g.api.soracom.io, without /v1"

// parseEndpoint applies the endpoint rule: https, or http to this machine; a
// host and nothing after it but a slash. Messages never show the value, which
// may hold a password.
func parseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil {
		return nil, hint.New("the endpoint is not a valid URL", endpointHint)
	}
	path := strings.TrimRight(u.Path, "/")
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, hint.New("the endpoint must begin with https://", endpointHint)
	case u.Opaque != "" || u.Hostname() == "":
		return nil, hint.New("the endpoint names no host", endpointHint)
	case u.User != nil:
		return nil, hint.New("the endpoint must not hold a user name or password", endpointHint)
	case path == "/v1":
		return nil, hint.New("the endpoint must not end in /v1, which is added to it", endpointHint)
	case path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, hint.New("the endpoint must not have anything after the host", endpointHint)
	case !validPort(u):
		return nil, hint.New("the endpoint's port is not a number from 1 to 65535", endpointHint)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, hint.New("the endpoint must use https, since "+strconv.Quote(u.Hostname())+" is not this machine", endpointHint)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func validPort(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
