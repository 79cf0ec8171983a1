package table

import (
	"fmt"
	"time"
)

// Clock is a time span as "7:59:12" or "4:05".
func Clock(d time.Duration) string {
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// YesNo is a cell of a table.
func YesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// Ago says how long since then in one unit: "42 s", "7 min", "3 h", "12 d".
func Ago(then, now time.Time) string {
	if then.IsZero() {
		return "never"
	}
	return Span(now.Sub(then)) + " ago"
}

// Left says how long until then: "7:59:12", "4:05", or "ended".
func Left(then, now time.Time) string {
	d := then.Sub(now).Round(time.Second)
	if d <= 0 {
		return "ended"
	}
	return Clock(d)
}

// Span is a time span in one unit: "42 s", "7 min", "3 h", "12 d".
func Span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}
