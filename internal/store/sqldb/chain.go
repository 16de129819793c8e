package sqldb

import "github.com/lunas-pay/lunas/internal/chain"

// Chain is the hash chain of a writer; see package chain.
type Chain = chain.Chain

// Youngest selects the heads of the chain of actions and of the youngest others, sixteen in all, which a new chain names as
// its parents.
const Youngest = `SELECT c.id, COALESCE(l.link, 0), COALESCE(l.hash, c.genesis)
FROM chains c LEFT JOIN chain_links l ON l.chain = c.id
	AND l.link = (SELECT max(m.link) FROM chain_links m WHERE m.chain = c.id)
ORDER BY CASE WHEN c.id = ` + actionsChainText + ` THEN 0 ELSE 1 END, c.started_at DESC, c.id LIMIT 16`

// BeginChain stores a chain.
const BeginChain = `INSERT INTO chains (id, started_at, parents, genesis) VALUES ($1, $2, $3, $4)`

// Head selects the head of a chain.
const Head = `SELECT c.id, COALESCE(l.link, 0), COALESCE(l.hash, c.genesis)
FROM chains c LEFT JOIN chain_links l ON l.chain = c.id
	AND l.link = (SELECT max(m.link) FROM chain_links m WHERE m.chain = c.id)
WHERE c.id = $1`
