package myip

import (
	"net/url"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// maxServices bounds how many services one Find asks.
const maxServices = 16

// Service is an HTTPS URL that answers with the caller's address as text.
type Service struct {
	URL string `json:"url"`
	// Operator is who runs it; answers of one operator count once.
	Operator string `json:"operator"`
}

// String is the service's host, for messages.
func (s Service) String() string {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" {
		return "a service"
	}
	return u.Host
}

// BuiltIn are the services that are asked by default. Each is run
// by another operator, answers over IPv4 with the bare address, and is public.
func BuiltIn() []Service {
	return []Service{
		{URL: "https://checkip.amazonaws.com", Operator: "Amazon"},
		{URL: "https://api.ipify.org", Operator: "ipify"},
		{URL: "https://ipv4.icanhazip.com", Operator: "Cloudflare"},
		{URL: "https://ipinfo.io/ip", Operator: "IPinfo"},
		{URL: "https://v4.ident.me", Operator: "ident.me"},
	}
}

// badServices adds what to write to a fault of a list.
func badServices(err error) error {
	return message.WithHint(err,
		"give two or more https:// URLs in NAPTER_CONNECT_IP_SERVICES, separated by commas, or unset it")
}

// ParseServices reads NAPTER_CONNECT_IP_SERVICES: comma-separated URLs, each an
// operator of its own; http:// for a loopback address only.
func ParseServices(list string) ([]Service, error) {
	var services []Service
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text != "" {
			services = append(services, Service{URL: text, Operator: text})
		}
	}
	if err := checkServices(services); err != nil {
		return nil, err
	}
	return services, nil
}

// checkServices refuses lists that can't agree and URLs that can't be trusted.
func checkServices(services []Service) error {
	urls, operators := map[string]bool{}, map[string]bool{}
	for _, s := range services {
		if _, err := checkURL(s.URL); err != nil {
			return badServices(message.Errorf("public IP service: %w", err))
		}
		if urls[s.URL] {
			return badServices(message.Errorf("public IP service %s is given twice", s))
		}
		urls[s.URL], operators[s.Operator] = true, true
	}
	switch {
	case len(operators) < 2:
		return badServices(message.Errorf("two public IP services of different operators are needed"))
	case len(services) > maxServices:
		return badServices(message.Errorf("%d public IP services are given; at most %d are allowed", len(services), maxServices))
	}
	return nil
}

func checkURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, message.Errorf("%q is not a plain https:// URL", redact(text))
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u):
	case u.Scheme == "http":
		return nil, message.Errorf("%q is not encrypted, which is possible for a loopback address only", text)
	default:
		return nil, message.Errorf("%q is not a plain https:// URL", text)
	}
	return u, nil
}

// redact keeps what may be a password out of messages.
func redact(text string) string {
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		return "...@" + text[i+1:]
	}
	return text
}

func isLoopback(u *url.URL) bool {
	addr, ok := hostport.ParseIPv4(u.Hostname())
	return ok && addr.IsLoopback()
}

// allLoopback reports whether every service is on this machine, as those of the
// simulator are.
func allLoopback(services []Service) bool {
	for _, s := range services {
		if u, err := url.Parse(s.URL); err != nil || !isLoopback(u) {
			return false
		}
	}
	return true
}
