// Writes the TypeScript types of the contract: node generate.mjs FILE. Stands here and not beside the client, because the
// generator is installed here.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseYaml } from '@redocly/openapi-core'
import openapiTS, { astToString } from 'openapi-typescript'

const here = path.dirname(fileURLToPath(import.meta.url))
const contract = parseYaml(fs.readFileSync(path.join(here, '..', '..', 'api', 'openapi.yaml'), 'utf8'))

// NewPayment says by anyOf which fields belong to which method. The generator would read that as "any of these will do,
// whatever the fields are", and no mistake would be found. The fields' own types are what the compiler should check.
for (const schema of Object.values(contract.components.schemas)) {
  if (schema.properties) delete schema.anyOf
}

const types = astToString(await openapiTS(contract))
fs.writeFileSync(process.argv[2], `// Generated from api/openapi.yaml by make gen; do not edit.\n\n${types}`)
