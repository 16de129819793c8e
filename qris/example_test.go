package qris_test

import (
	"errors"
	"fmt"

	"github.com/lunas-pay/lunas/qris"
)

func toko() qris.Payload {
	return qris.Payload{
		Initiation: qris.Dynamic,
		Accounts: []qris.Account{
			{ID: "26", GUID: "ID.EXAMPLE.WWW", PAN: "936009123000001790", MerchantID: "000000000000179", Criteria: "UME"},
			{ID: qris.NationalID, GUID: "ID.CO.QRIS.WWW", MerchantID: "ID1020000000017", Criteria: "UME"},
		},
		CategoryCode: "5812", Currency: qris.Rupiah, Amount: "10000", Country: qris.Indonesia,
		MerchantName: "TOKO UJI", City: "JAKARTA", PostalCode: "12950",
	}
}

func ExamplePayload_Build() {
	text, err := toko().Build()
	fmt.Println(text, err)
	// Output:
	// 00020101021226660014ID.EXAMPLE.WWW011893600912300000179002150000000000001790303UME51440014ID.CO.QRIS.WWW0215ID10200000000170303UME5204581253033605405100005802ID5908TOKO UJI6007JAKARTA6105129506304C372 <nil>
}

func ExampleCheck() {
	text, _ := toko().Build()
	_, err := qris.Check(text, qris.Want{Amount: 25_000, MerchantID: "000000000000179"})
	var refusal *qris.Refusal
	fmt.Println(errors.As(err, &refusal), refusal.Has(qris.WrongAmount))
	fmt.Println(err)
	// Output:
	// true true
	// qris: must not be shown: its amount is not the payment's, 25000 rupiah
}

func ExampleParse() {
	_, err := qris.Parse("0002010102122610")
	fmt.Println(err)
	// Output:
	// qris: tag 26 at character 12: its length goes beyond the end
}

func ExampleDescribe() {
	text, _ := toko().Build()
	out, err := qris.Describe(text)
	fmt.Print(out)
	fmt.Println(err)
	// Output:
	// 00 payload format            01
	// 01 initiation                12 (dynamic: for one payment)
	// 26 merchant account
	//    00 whose account          ID.EXAMPLE.WWW
	//    01 merchant PAN           936009123000001790
	//    02 merchant id            000000000000179
	//    03 criteria               UME (medium)
	// 51 national account
	//    00 whose account          ID.CO.QRIS.WWW
	//    02 NMID                   ID1020000000017
	//    03 criteria               UME (medium)
	// 52 merchant category         5812
	// 53 currency                  360 (rupiah)
	// 54 amount                    10000 (Rp 10.000)
	// 58 country                   ID (Indonesia)
	// 59 merchant name             TOKO UJI
	// 60 city                      JAKARTA
	// 61 postal code               12950
	// 63 checksum                  C372 (right)
	// <nil>
}
