package sim

type (
	faspayTrack   struct{ *day }
	faspayWeather struct{}
)

func (w *world) stormyFaspay() faspayWeather { return faspayWeather{} }
func ordinaryFaspay() faspayWeather          { return faspayWeather{} }
