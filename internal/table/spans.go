// Package table prints tables for people and scripts, in English in every language.
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
