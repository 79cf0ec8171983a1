package client

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// parseEndpoint applies the endpoint rule: https, or http to this machine; a
// host and nothing after it but a slash. Messages never show the value, which
// may hold a password.
func parseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil {
		return nil, badEndpoint(message.Errorf("the endpoint is not a valid URL"))
	}
	path := strings.TrimRight(u.Path, "/")
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, badEndpoint(message.Errorf("the endpoint must begin with https://"))
	case u.Opaque != "" || u.Hostname() == "":
		return nil, badEndpoint(message.Errorf("the endpoint names no host"))
	case u.User != nil:
		return nil, badEndpoint(message.Errorf("the endpoint must not hold a user name or password"))
	case path == "/v1":
		return nil, badEndpoint(message.Errorf("the endpoint must not end in /v1, which is added to it"))
	case path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, badEndpoint(message.Errorf("the endpoint must not have anything after the host"))
	case !validPort(u):
		return nil, badEndpoint(message.Errorf("the endpoint's port is not a number from 1 to 65535"))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, badEndpoint(message.Errorf(
			"the endpoint must use https, since %s is not this machine", strconv.Quote(u.Hostname()),
		))
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// badEndpoint adds what an endpoint looks like to a fault of one.
func badEndpoint(err error) error {
	return message.WithHint(err,
		"an endpoint looks like https://api.soracom.io or https://g.api.soracom.io, without /v1")
}

func validPort(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	_, ok := hostport.ParsePort(port)
	return ok
}

func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || hostport.IsLoopback(host)
}
