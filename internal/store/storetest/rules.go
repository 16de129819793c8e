package storetest

import "slices"

// Rules are what every store must do.
func Rules() []Rule {
	return slices.Concat(commitRules(), keyRules(), numberRules(), taskRules(), tableRules(), readRules(), outboxRules(), limitRules(), registryRules(), fenceRules(), actionRules(), noticeRules(), bookRules(), followRules(), operatorRules(), onboardingRules())
}

// GroupRules are what every backend must do.
func GroupRules() []Rule { return groupRules() }
