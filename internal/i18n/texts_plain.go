package i18n

// Plain are the prompts of the accessible mode.
type Plain struct {
	Welcome      string // profile, coverage
	Found        string // how many
	FoundOnline  string // how many
	NoneFound    string // the query
	AskQuery     string
	AskNumber    string // the highest number
	AskAction    string // the highest number
	More         string // how many are not shown
	Row          string // number, name, state, SIM ID
	NotANumber   string // what was typed, the highest number
	Chosen       string // name, state, SIM ID
	Shell        string
	Open         string
	Forward      string
	Mappings     string
	Delete       string
	Back         string
	Quit         string
	AskPort      string // the default
	AskLocalPort string
	AskUser      string
	BadPort      string // what was typed
	MappingRow   string // number, endpoint, device port, time left, whose
	NoMappings   string
	AskWhich     string // the highest number
	AskDelete    string // endpoint
	AskDeleteOf  string // endpoint, whose
	Deleted      string // endpoint
	NotDeleted   string
	EndHint      string
	Status       string // exit status
	Bye          string
}

// CLI are the messages of the commands. Heads of tables, JSON and exit statuses
// are the same in every language: scripts read them.
type CLI struct {
	LoggingIn string

	LoggedIn      string // who, file
	TryThis       string // a command
	AuthKeyAdvice string
	AskKeyID      string
	AskKeySecret  string
	AskPassword   string
	AskCode       string
	NoToken       string
	LoggedOut     string
	Revoked       string // who
	RootUser      string // operator
	SAMUser       string // name, operator

	NoKeeper        string
	NoKeeperYet     string
	StoppingKeeper  string
	FetchingSIMs    string
	FetchingMaps    string
	NoSIM           string
	NoMapping       string
	Closed          string // endpoint
	OpenUntil       string // ranges, time
	StillThere      string // which mapping, why
	PruneMapping    string // endpoint, port, SIM
	PruneIntent     string // port, SIM
	PruneNone       string // port, SIM
	Pruned          string // which mapping, what became of it
	NothingLeftOver string

	SimulatorPaste string
	SimulatorTrust string // %s: the line that trusts the simulator's certificates
	SimulatorEnd   string // password

	SeveralSIMs string // how many, name
	WhichOne    string // the highest number

	HostKeysForgotten string // whose, how many
	NoHostKeys        string

	SSHConfigWritten, SSHConfigUnchanged string // how many SIMs, file, file
	SSHConfigNone                        string
	SSHConfigRemoved                     string // file, file

	MappingPending string // endpoint, why, end
	MappingKept    string // endpoint, end
	WideSource     string // range, how many
	Outcomes       Outcomes
}

// Outcomes are what became of a mapping.
type Outcomes struct{ Deleted, Expired, Kept, Shared, Linger, Foreign, Pending string }

// Word is the text for an outcome of access or lease.
func (o Outcomes) Word(outcome string) string {
	switch outcome {
	case "deleted":
		return o.Deleted
	case "expired":
		return o.Expired
	case "kept":
		return o.Kept
	case "shared":
		return o.Shared
	case "linger":
		return o.Linger
	case "foreign":
		return o.Foreign
	case "pending":
		return o.Pending
	}
	return outcome
}
