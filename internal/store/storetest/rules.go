package storetest

// Rules are what every store must do.
func Rules() []Rule {
	var rules []Rule
	for _, part := range [][]Rule{commitRules()} {
		rules = append(rules, part...)
	}
	return rules
}

// GroupRules are what every backend must do.
func GroupRules() []Rule { return nil }
