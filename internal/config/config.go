// Package config holds the folders and config.yaml: defaults of the flags, and
// rules for single SIMs.
package config

import "time"

// Dirs are the program's folders, absolute. Files in them are 0600, the folders
// 0700.
type Dirs struct {
	Config  string // config.yaml
	State   string // leases/, known_hosts, recent.json
	Cache   string // sims-*.json
	Runtime string // the keeper's socket; "" where there is no such folder
}

// File is config.yaml. Unknown keys are an error that names them.
type File struct {
	Profile      string   `yaml:"profile"`
	CoverageType string   `yaml:"coverageType"`
	Duration     Duration `yaml:"duration"`
	Source       []string `yaml:"source"`
	Service      string   `yaml:"service"`
	Keep         bool     `yaml:"keep"`
	Linger       Duration `yaml:"linger"`
	NoReuse      bool     `yaml:"noReuse"`
	NoKeeper     bool     `yaml:"noKeeper"`
	// KeeperIdle is how long an idle keeper stays; 0 is ten minutes.
	KeeperIdle Duration `yaml:"keeperIdle"`
	// SIMs are tried in order; a field is taken from the first rule that
	// matches and sets it.
	SIMs []Rule `yaml:"sims"`
}

// Rule is what holds for the SIMs that it matches.
type Rule struct {
	// Name is a pattern (*, ?, case ignored) for the name; Tag is "key=value" or
	// "key". An empty one matches all.
	Name string `yaml:"name"`
	Tag  string `yaml:"tag"`

	User     string   `yaml:"user"`
	Port     int      `yaml:"port"`
	Identity []string `yaml:"identity"`
	Service  string   `yaml:"service"`
	// Legacy are SSH algorithms to allow for old devices.
	Legacy []string `yaml:"legacy"`
}

// Duration is a Go duration as text, such as 90m.
type Duration time.Duration
