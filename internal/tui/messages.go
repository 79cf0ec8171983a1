package tui

import (
	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/inventory"
)

// Messages carry what commands found out. A generation tells answers to old
// questions from those to the present one.
type (
	// pageMsg is a page of SIMs.
	pageMsg struct {
		gen    int
		stream Stream
		page   Page
		err    error
	}
	// searchDueMsg says that the query has been left alone for a moment.
	searchDueMsg struct{ gen int }
	// searchMsg is what the server found.
	searchMsg struct {
		gen  int
		sims []access.SIM
		err  error
	}
	// sortedMsg is the order of the first SIMs.
	sortedMsg struct {
		by    sorting
		epoch int
		order []int32
	}
	// mappingsMsg are all mappings.
	mappingsMsg struct {
		gen  int
		list []inventory.Mapping
		err  error
	}
	// mappingsDueMsg says that mappings should be listed again.
	mappingsDueMsg struct{ gen int }
	// deletedMsg says what became of deletions.
	deletedMsg struct {
		deleted []inventory.Mapping
		failed  []inventory.Mapping
		err     error
	}
	accountMsg struct {
		account Account
		err     error
	}
	addressMsg struct {
		address Address
		err     error
		known   bool
	}
	recentMsg struct{ recent map[string]config.Use }
	// jobMsg is an event of a job.
	jobMsg struct {
		id    int
		event JobEvent
	}
	// tickMsg comes once a second while something counts down in view.
	tickMsg struct{}
	// toastMsg takes a short message away again.
	toastMsg struct{ gen int }
	// copiedMsg says that something is on the clipboard.
	copiedMsg struct{ what string }

	// The next ones are how components ask the root for something.

	// pushMsg shows an overlay, popMsg closes it.
	pushMsg struct{ overlay overlay }
	popMsg  struct{}
	// connectMsg starts a job.
	connectMsg struct{ request Request }
	// stopMsg ends a job.
	stopMsg struct{ id int }
	// deleteMsg deletes mappings.
	deleteMsg  struct{ list []inventory.Mapping }
	copyMsg    struct{ label, text string }
	refreshMsg struct{}
	quitMsg    struct{}
)
