package i18n

func english() *Texts {
	return &Texts{
		Lang: English,
		App: App{
			TooSmall:   "This window is too small: %d columns and %d rows are needed.",
			Loading:    "Fetching SIMs…",
			LoadingN:   "%d SIMs so far…",
			Slowed:     "The API asks to slow down; going on in %d s",
			Updated:    "updated %s",
			NoSIMs:     "This account has no SIM.",
			NoMappings: "No port mapping is open.",
			NoSessions: "No forward or browser is running. Press o or f on a SIM to start one.",
			NoMatch:    "No SIM fits “%s”. Esc clears the filter.",
			HelpTitle:  "Keys",
			Copied:     "Copied %s",
		},
		Tabs: Tabs{SIMs: "SIMs", Mappings: "Mappings", Sessions: "Sessions"},
		Columns: Columns{
			State: "STATE", Name: "NAME", SIMID: "SIM ID", IP: "IP", Plan: "PLAN", LastSeen: "LAST SEEN", Mappings: "MAPPINGS",
			SIM: "SIM", DevicePort: "PORT", Endpoint: "ENDPOINT", TLS: "TLS", Source: "SOURCE", Left: "LEFT",
			Whose: "WHOSE",
			Kind:  "KIND", Local: "LOCAL", Connections: "CONNS", Received: "IN", Sent: "OUT",
		},
		States: States{
			Online: "online", Offline: "offline", Arc: "arc", Ready: "ready", Inactive: "inactive", Standby: "standby",
			Suspended: "suspended", Terminated: "terminated", Unknown: "unknown",
			InUse: "in use here", LeftOver: "ours, left over", Kept: "ours, kept", Other: "someone else's",
			Forward: "forward", Browser: "browser", Viewer: "viewer", Shell: "shell",
			Yes: "yes", No: "no",
		},
		Details: Details{
			Title: "Details", SIMID: "SIM ID", Name: "Name", IMSI: "IMSI", IMEI: "IMEI", ICCID: "ICCID", MSISDN: "MSISDN",
			IP: "IP", Cell: "Cell", Plan: "Plan", Group: "Group", Tags: "Tags", Status: "Status",
			LastSeen: "Last seen", Mappings: "Mappings", LastLogin: "Last used", None: "none",
		},
		Status: Status{
			Profile: "Profile", Coverage: "Coverage", Operator: "Operator", Address: "Your address",
			Japan: "Japan", Global: "Global",
			Agreed: "%d services agree", Asking: "asking…", NoAddress: "unknown",
		},
		Filter: Filter{
			Prompt: "Filter", Placeholder: "part of a name, ID, IP or tag",
			Count: "%s of %s", OnlineOnly: "online only", All: "all", Sort: "sorted by %s", Searching: "searching…",
		},
		Keys: Keys{
			Up: "up", Down: "down", PageUp: "page up", PageDown: "page down", Top: "first", Bottom: "last",
			Filter: "filter", Clear: "clear filter", Connect: "connect…", ConnectNow: "connect now",
			Browser: "browser", Forward: "forward", Delete: "delete", Copy: "copy", Online: "online/all", Sort: "sort",
			Refresh: "refresh", Help: "help", Quit: "quit", NextTab: "next screen", Tab: "go to screen", Select: "select",
			Stop: "stop", Details: "details", Cancel: "cancel", Accept: "accept", Close: "close", Next: "next field",
			Previous: "previous field", Change: "change", Yes: "yes", No: "no",
		},
		Cannot: Cannot{
			NoSIM:     "No SIM is selected.",
			NoMapping: "No mapping is selected.",
			NoSession: "No session is selected.",
			Offline:   "This SIM is offline: a device without a session can't be reached.",
			Loading:   "The list is not here yet.",
			Inactive:  "This SIM is %s: only an active SIM can be reached.",
		},
		Form: Form{
			Title: "Connect to %s", Protocol: "Protocol", Port: "Port", User: "User", Duration: "Duration",
			Service: "Service", TLS: "TLS", Source: "Source", Submit: "Connect",
			SSH: "SSH", HTTP: "HTTP", HTTPS: "HTTPS", VNC: "VNC", RDP: "RDP", TCP: "other TCP",
			Air: "SIM", Arc: "Arc", Auto: "auto",
			SourceAgreed: "your address; %d services agree", SourceGiven: "as you gave it", SourceAsking: "asking for your address…",
			SourceWide: "lets %d addresses in", BadPort: "a number from 1 to 65535",
			BadDuration: "such as 30m or 8h, 8h at most", BadSource: "an IPv4 range such as 203.0.113.7/32",
			NeedSource: "your address is unknown: type a range", UserHint: "as ssh_config says", TLSHint: "Soracom encrypts, the device does not",
		},
		Dialogs: Dialogs{
			DeleteTitle: "Delete the mapping?", DeleteOther: "%s to %s was made by someone else. Whoever uses it loses the connection.",
			DeleteMany: "%d mappings will be deleted. Whoever uses them loses the connection.", DeleteInUse: "%s is in use here by: %s.",
			QuitTitle: "Quit?", QuitSessions: "Running here: %d.", QuitHow: "Quitting ends them and deletes their mappings.",
			Delete: "Delete", Cancel: "Cancel", Quit: "Quit", Yes: "Yes", No: "No",
		},
		Steps: Steps{
			Title: "Connecting to %s", Keeper: "starting the keeper", Login: "logging in", Address: "learning the public address",
			SIM: "finding the SIM", List: "listing mappings", Mapping: "opening the mapping", Dial: "connecting",
			SSH: "logging in to the device", Viewer: "opening the viewer", Delete: "deleting the mapping", Out: "logging out",
			Cancelling: "Cancelling and cleaning up…", Took: "%.1f s", Seconds: "%d s",
		},
		Errors: Errors{
			Title: "That did not work", Cause: "Cause", NextStep: "Next step", Details: "Details", Dismiss: "Press Enter or Esc to go on",
			Listing: "The list could not be fetched: %s",
		},
		Results: Results{
			Deleted: "The mapping %s is deleted.", Expired: "The mapping %s had ended.", Kept: "The mapping %s stays open.",
			SharedStill: "The mapping %s is still in use by another command.", Foreign: "The mapping %s is someone else's and stays.",
			Pending:    "The mapping %s could not be deleted yet; it will be tried again.",
			Lingers:    "The mapping %s will be deleted in a while.",
			ShellEnded: "The session on %s has ended.", ShellStatus: "The session on %s has ended with status %d.",
			Opened: "Opened %s", Forwarding: "%s leads to %s port %d.",
			Stopped: "%s is closed.", Cancelled: "Cancelled; nothing is left open.",
		},
		Shell: Shell{
			Banner: "%s by way of %s, open until %s.", Leave: "Enter ~ . ends the session, Enter ~ ? lists the escapes.",
		},
		Times: Times{
			Never: "never", Ended: "ended", Now: "now", Seconds: "%d s", Minutes: "%d min", Hours: "%d h", Days: "%d d",
			Ago: "%s", EndsIn: "ends in %s", Kilobytes: "%.1f kB", Megabytes: "%.1f MB", Byte: "%d B",
		},
		Plain: plainEnglish(),
		CLI:   cliEnglish(),
		UI:    uiEnglish(),
	}
}
