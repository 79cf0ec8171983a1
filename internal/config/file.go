package config

// File is config.yaml. Unknown keys are an error that names them.
type File struct {
	Profile      string   `yaml:"profile,omitempty"`
	CoverageType string   `yaml:"coverageType,omitempty"`
	Duration     Duration `yaml:"duration,omitempty"`
	// Source is "auto" or IPv4 ranges, as ParseSource reads them.
	Source   []string `yaml:"source,omitempty"`
	Service  string   `yaml:"service,omitempty"`
	Keep     bool     `yaml:"keep,omitempty"`
	Linger   Duration `yaml:"linger,omitempty"`
	NoReuse  bool     `yaml:"noReuse,omitempty"`
	NoKeeper bool     `yaml:"noKeeper,omitempty"`
	// NoMux gives each command an SSH connection of its own.
	NoMux bool `yaml:"noMux,omitempty"`
	// Predict is one of PredictModes; "" is auto.
	Predict string `yaml:"predict,omitempty"`
	// KeeperIdle is how long an idle keeper stays; 0 is ten minutes.
	KeeperIdle Duration `yaml:"keeperIdle,omitempty"`
	// SIMs are tried in order; a field is taken from the first rule that
	// matches and sets it.
	SIMs []Rule `yaml:"sims,omitempty"`
}

// PredictModes are when an SSH session shows what is typed before the device has
// echoed it.
func PredictModes() []string { return []string{"auto", "always", "never"} }

// Rule is what holds for the SIMs that it matches.
type Rule struct {
	// Name is a pattern (*, ?, case ignored) for the name; Tag is "key=value" or
	// "key". An empty one matches all.
	Name string `yaml:"name,omitempty"`
	Tag  string `yaml:"tag,omitempty"`

	User string `yaml:"user,omitempty"`
	Port int    `yaml:"port,omitempty"`
	// Identity are key files, as written: a leading ~ is not expanded here.
	Identity []string `yaml:"identity,omitempty"`
	Service  string   `yaml:"service,omitempty"`
	// Legacy are SSH algorithms to allow for old devices.
	Legacy []string `yaml:"legacy,omitempty"`
}
