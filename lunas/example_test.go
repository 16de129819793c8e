package lunas_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// A customer is asked for Rp 12.500 in the OVO app.
func Example() {
	client := &lunas.Client{URL: os.Getenv("LUNAS_URL"), Key: lunas.Secret(os.Getenv("LUNAS_API_KEY"))}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	p, err := client.Payments().Create(ctx, lunas.NewPayment{
		Amount: 12500, Reference: "INV-1", Method: lunas.OVOPush, Phone: "081211111111",
		IdempotencyKey: "INV-1", // the same if the program starts again
	})
	var refused *lunas.Error
	if errors.As(err, &refused) && refused.Field == "phone" {
		log.Fatal("tell the customer: ", refused.Hint)
	}
	if err == nil {
		p, err = client.Payments().Wait(ctx, p.ID)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.State)
}

// A shop that keeps the position of the last event misses nothing.
func ExampleEvents_Follow() {
	client := &lunas.Client{URL: os.Getenv("LUNAS_URL"), Key: lunas.Secret(os.Getenv("LUNAS_API_KEY"))}
	position := int64(0) // from where you keep it
	for event, err := range client.Events().Follow(context.Background(), position) {
		if err != nil {
			log.Fatal(err) // begin again from position
		}
		if event.Payment != nil {
			fmt.Println(event.Payment.Reference, event.Payment.State)
		}
		position = event.Position // keep it
	}
}

// A handler for webhooks.
func ExampleReceiver() {
	receiver := lunas.Receiver{Secret: lunas.Secret(os.Getenv("WEBHOOK_SECRET"))}
	http.HandleFunc("POST /webhooks", func(w http.ResponseWriter, r *http.Request) {
		event, err := receiver.Receive(r)
		if err != nil {
			http.Error(w, "not signed by lunas", http.StatusUnauthorized)
			return
		}
		log.Println(event.Type, event.ID) // keep it, then answer, then work
	})
}

// A key never shows by mistake.
func ExampleSecret() {
	client := lunas.Client{URL: "https://pay.example.com", Key: "lunas_test_0123456789abcdef"}
	fmt.Printf("%s %+v\n", client.Key, client.Key)
	// Output: lunas_test_*** lunas_test_***
}
