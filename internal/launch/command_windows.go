package launch

import "os"

// fromTerminal is always true: Windows tells every program of a console of Ctrl-C
// and of its end, and knows no other signals.
func fromTerminal(os.Signal) bool { return true }

func exitStatus(s *os.ProcessState) int { return s.ExitCode() }
