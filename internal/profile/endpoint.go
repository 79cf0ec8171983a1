package profile

import (
	"net/url"
	"strings"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// standard is the API's address for a coverage type.
func standard(coverage string, sandbox bool) string {
	switch {
	case coverage == "g" && sandbox:
		return "https://g.api-sandbox.soracom.io"
	case coverage == "g":
		return "https://g.api.soracom.io"
	case sandbox:
		return "https://api-sandbox.soracom.io"
	}
	return "https://api.soracom.io"
}

// endpoint decides where the API is, in the CLI's order: SORACOM_ENDPOINT, the
// flag, the profile's endpoint, its coverage type. Any coverage type but g is jp
// in a file, as in the CLI; in the flag it must be one of the two.
func endpoint(o Options, f file) (address, coverage string, err error) {
	coverage = "jp"
	if f.CoverageType == "g" {
		coverage = "g"
	}
	switch o.CoverageType {
	case "":
	case "jp", "g":
		coverage = o.CoverageType
	default:
		return "", "", message.WithHint(message.Errorf("unknown coverage type %q", o.CoverageType),
			"use --coverage-type jp (Japan) or g (global)")
	}
	var source message.Text
	switch env := o.Getenv("SORACOM_ENDPOINT"); {
	case env != "":
		source, address = message.Verbatim("SORACOM_ENDPOINT"), env
	case o.CoverageType != "":
		return standard(coverage, f.Sandbox), coverage, nil
	case f.Endpoint != "":
		source, address = message.New("the profile's endpoint"), f.Endpoint
	default:
		return standard(coverage, f.Sandbox), coverage, nil
	}
	// The client knows what an endpoint may be.
	if _, err := client.New(client.Options{Endpoint: address}); err != nil {
		return "", "", message.Errorf("%s: %w", source, err)
	}
	address = strings.TrimRight(strings.TrimSpace(address), "/")
	if o.CoverageType == "" {
		coverage = coverageOf(address, coverage)
	}
	return address, coverage, nil
}

// coverageOf is the coverage type of Soracom's own hosts, else fallback.
func coverageOf(address, fallback string) string {
	u, err := url.Parse(address)
	if err != nil {
		return fallback
	}
	switch strings.ToLower(u.Hostname()) {
	case "api.soracom.io", "api-sandbox.soracom.io":
		return "jp"
	case "g.api.soracom.io", "g.api-sandbox.soracom.io":
		return "g"
	}
	return fallback
}
