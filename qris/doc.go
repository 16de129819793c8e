// Package qris reads, builds and checks the text inside a QRIS code: the EMVCo format
// for codes that a merchant presents, as Indonesia uses it.
//
//	000201 010212 2667{0015ID.OVO.EMULATOR 0118… 0215… 0303UME} … 540510000 5802ID … 63049F4B
//	└ ID 00, length 02, value 01       └ a template: objects inside           checksum ┘
//
// [Parse] takes a text apart into a [Payload], [Payload.Build] puts one together,
// [Check] says why a text from a provider must not be shown to a customer, and
// [Describe] explains one to people. [Objects] and [Encode] are the layer below: objects
// in their own order, whatever they mean.
//
// Lengths count characters; the checksum, CRC-16/CCITT-FALSE, runs over the UTF-8 bytes
// of everything before its four digits. A text has up to [MaxLength] characters, and
// templates nest up to [MaxDepth] deep. Every error names the tag, such as 62.07, and
// the position.
//
// Amounts are whole rupiah. This package draws no pictures, and imports the standard
// library only.
package qris
