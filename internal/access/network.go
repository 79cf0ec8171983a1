package access

import "github.com/napter-connect/napter-connect/internal/myip"

// NetworkFromEnv reads what the environment says about outgoing connections: the
// proxy variables and NAPTER_CONNECT_IP_SERVICES. UserAgent and Lang are the
// caller's to fill in.
func NetworkFromEnv(getenv func(string) string) (Network, error) {
	n := Network{
		HTTPSProxy: firstOf(getenv, "HTTPS_PROXY", "https_proxy"),
		NoProxy:    firstOf(getenv, "NO_PROXY", "no_proxy"),
	}
	if list := getenv("NAPTER_CONNECT_IP_SERVICES"); list != "" {
		services, err := myip.ParseServices(list)
		if err != nil {
			return Network{}, err
		}
		n.IPServices = services
	}
	return n, nil
}

func firstOf(getenv func(string) string, names ...string) string {
	for _, name := range names {
		if v := getenv(name); v != "" {
			return v
		}
	}
	return ""
}
