package lease

import "github.com/napter-connect/napter-connect/internal/message"

// Outcome is what became of a mapping when it was given back.
type Outcome string

// Outcomes. Those that deletion does not come to are package access's, which shares
// mappings and uses others' ones.
const (
	Deleted Outcome = "deleted"
	Expired Outcome = "expired" // it had ended already
	Pending Outcome = "pending" // still to be deleted; the journal entry stays
	None    Outcome = "none"    // no mapping came of an intent (Reap only)
	Kept    Outcome = "kept"    // by --keep
	Shared  Outcome = "shared"  // others still use it; the last one deletes
	Linger  Outcome = "linger"  // the keeper deletes it after --linger
	Foreign Outcome = "foreign" // not ours
)

// Text is the outcome in a word for people.
func (o Outcome) Text() message.Text {
	switch o {
	case Deleted:
		return message.New("deleted")
	case Expired:
		return message.New("expired")
	case Kept:
		return message.New("kept")
	case Shared:
		return message.New("shared")
	case Linger:
		return message.New("linger")
	case Foreign:
		return message.New("foreign")
	case Pending:
		return message.New("pending")
	}
	return message.Verbatim(string(o))
}
