package i18n

// Texts are all texts of one language. Those with verbs are formats for fmt;
// both languages take the same arguments, and order them by %[1]s.
type Texts struct {
	Lang Lang

	App     App
	Tabs    Tabs
	Columns Columns
	States  States
	Details Details
	Status  Status
	Filter  Filter
	Keys    Keys
	Cannot  Cannot
	Form    Form
	Dialogs Dialogs
	Steps   Steps
	Errors  Errors
	Results Results
	Shell   Shell
	Times   Times
	Plain   Plain
	CLI     CLI
	UI      UI

	// messages are the formats of message.Text by their English ones.
	messages map[string]string
}

// App is the frame of the terminal UI.
type App struct {
	TooSmall   string // columns and rows that are needed
	Loading    string
	LoadingN   string // so many SIMs so far
	Slowed     string // the API asks for patience; seconds
	Updated    string // how long ago
	NoSIMs     string
	NoMappings string
	NoSessions string
	NoMatch    string // the query
	HelpTitle  string
	Copied     string // what
}

// Tabs are the screens.
type Tabs struct{ SIMs, Mappings, Sessions string }

// Columns are the heads of tables.
type Columns struct {
	State, Name, SIMID, IP, Plan, LastSeen, Mappings string
	SIM, DevicePort, Endpoint, TLS, Source, Left     string
	Whose                                            string
	Kind, Local, Connections, Received, Sent         string
}

// States are words beside symbols. Those of a SIM come first, then whose a
// mapping is, then what runs in a session.
type States struct {
	Online, Offline, Arc, Ready, Inactive, Standby, Suspended, Terminated, Unknown string
	InUse, LeftOver, Kept, Other                                                   string
	Forward, Browser, Viewer, Shell                                                string
	Yes, No                                                                        string
}

// OfStatus is the word for the status of a SIM that is not in use, as the API calls
// it.
func (s States) OfStatus(status string) string {
	switch status {
	case "ready", "shipped":
		return s.Ready
	case "standby":
		return s.Standby
	case "suspended":
		return s.Suspended
	case "terminated":
		return s.Terminated
	}
	return s.Inactive
}

// Details are the labels of the panel beside the list.
type Details struct {
	Title, SIMID, Name, IMSI, IMEI, ICCID, MSISDN, IP, Cell, Plan, Group, Tags, Status string
	LastSeen, Mappings, LastLogin, None                                                string
}

// Status is the line with who and where one is.
type Status struct {
	Profile, Coverage, Operator, Address string
	Japan, Global                        string
	Agreed                               string // so many services
	Asking                               string // the address is being learnt
	NoAddress                            string
}

// Filter is the line with the query.
type Filter struct {
	Prompt, Placeholder string
	Count               string // hits, all
	OnlineOnly, All     string
	Sort                string // by what
	Searching           string
}

// Keys say what a key does, in one to three words.
type Keys struct {
	Up, Down, PageUp, PageDown, Top, Bottom, Filter, Clear, Connect, ConnectNow string
	Browser, Forward, Delete, Copy, Online, Sort, Refresh, Help, Quit, NextTab  string
	Tab, Select, Stop, Details, Cancel, Accept, Close, Next, Previous, Change   string
	Yes, No                                                                     string
}

// Cannot says why a key does nothing now.
type Cannot struct {
	NoSIM, NoMapping, NoSession, Offline, Loading string
	Inactive                                      string // the SIM's status
	Unmapped                                      string
}

// Form is the connect form.
type Form struct {
	Title                                                        string // the SIM
	Protocol, Port, User, Duration, Service, TLS, Source, Submit string
	SSH, HTTP, HTTPS, VNC, RDP, TCP                              string
	Air, Arc, Auto                                               string
	SourceAgreed                                                 string // so many services said so
	SourceGiven, SourceAsking, SourceWide                        string
	BadPort, BadDuration, BadSource, NeedSource                  string
	UserHint, TLSHint                                            string
}

// Dialogs ask.
type Dialogs struct {
	DeleteTitle  string
	DeleteOther  string // endpoint, SIM
	DeleteMany   string // how many
	DeleteInUse  string // endpoint, command
	QuitTitle    string
	QuitSessions string // how many run
	QuitHow      string
	Delete       string
	Cancel       string
	Quit         string
	Yes          string
	No           string
}

// Steps are what is being done, while it is.
type Steps struct {
	Title                                                                      string // the SIM
	Keeper, Login, Address, SIM, List, Mapping, Dial, SSH, Viewer, Delete, Out string
	Cancelling                                                                 string
	Took                                                                       string // seconds
	Seconds                                                                    string
}

// Errors are the frames around the messages of an error.
type Errors struct {
	Title, Cause, NextStep, Details, Dismiss string
	Listing                                  string
}

// Results are one line about what has happened.
type Results struct {
	Deleted, Expired, Kept, SharedStill, Foreign, Pending, Lingers string // the endpoint
	ShellEnded                                                     string // the SIM
	ShellStatus                                                    string // the SIM, exit status
	Opened                                                         string // URL
	Forwarding                                                     string // local address, SIM, port
	Stopped                                                        string // local address
	Cancelled                                                      string
}

// Shell is what stands on the terminal when it goes to a device.
type Shell struct {
	Banner string // SIM, endpoint, end of the mapping
	Leave  string
}

// Times are moments and spans in words.
type Times struct {
	Never, Ended, Now          string
	Seconds, Minutes           string
	Hours, Days                string
	Ago                        string // so long, where a head says that it is past
	EndsIn                     string // a countdown
	Kilobytes, Megabytes, Byte string
}
