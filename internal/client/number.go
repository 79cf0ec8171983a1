package client

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Number is an integer that the API may write as a float (22.0), quoted, or as
// null (0). A fraction is cut off.
type Number int

// UnmarshalJSON accepts every form that Number names.
func (n *Number) UnmarshalJSON(data []byte) error {
	v, err := parseInteger(data)
	if err != nil {
		return err
	}
	if v > math.MaxInt || v < math.MinInt {
		return message.Errorf("number out of range: %d", v)
	}
	*n = Number(v)
	return nil
}

// Millis is a moment as the API writes it: milliseconds since 1970, as any JSON
// number, or null for "never" (zero).
type Millis int64

// UnmarshalJSON accepts every form that Millis names, and a quoted number.
func (m *Millis) UnmarshalJSON(data []byte) error {
	v, err := parseInteger(data)
	if err != nil {
		return err
	}
	*m = Millis(v)
	return nil
}

// Time is the moment, or the zero time for "never".
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// parseInteger reads a JSON number in any notation, bare or quoted; null and ""
// are 0.
func parseInteger(data []byte) (int64, error) {
	s := string(data)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	if s == "" || s == "null" {
		return 0, nil
	}
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return v, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	// -2^63 and 2^63 are exact as floats; the latter is one too many.
	if err != nil || math.IsNaN(f) || f < math.MinInt64 || f >= math.MaxInt64 {
		return 0, message.Errorf("not a whole number: %.40q", s)
	}
	return int64(f), nil
}
