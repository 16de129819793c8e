package storetest

func groupRules() []Rule { return nil }
