// external-secrets runs the reconcilers of External Secrets for namespaced stores, with the providers that can be had
// on one machine. Its own command imports 35 providers' clients; see overlays/ for how they are left out.
package main

import (
	"flag"
	"log"
	"net/http"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	esv1alpha1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1alpha1"
	genv1alpha1 "github.com/external-secrets/external-secrets/apis/generators/v1alpha1"
	"github.com/external-secrets/external-secrets/pkg/controllers/externalsecret"
	"github.com/external-secrets/external-secrets/pkg/controllers/externalsecret/esmetrics"
	ctrlmetrics "github.com/external-secrets/external-secrets/pkg/controllers/metrics"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore/ssmetrics"
	_ "github.com/external-secrets/external-secrets/pkg/provider/kubernetes"
	_ "github.com/external-secrets/external-secrets/pkg/provider/vault"
)

func main() {
	health := flag.String("health-address", "127.0.0.1:18091", "answers 200 at /healthz")
	// controller-runtime adds --kubeconfig.
	flag.Parse()
	ctrl.SetLogger(zap.New())
	ctrlmetrics.SetUpLabelNames(false)
	esmetrics.SetUpMetrics()
	ssmetrics.SetUpMetrics()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme, esv1.AddToScheme, esv1alpha1.AddToScheme, genv1alpha1.AddToScheme,
	} {
		fatal(add(scheme))
	}
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:                 scheme,
		Metrics:                server.Options{BindAddress: "0"},
		HealthProbeBindAddress: *health,
	})
	fatal(err)
	fatal(manager.AddHealthzCheck("up", func(*http.Request) error { return nil }))
	options := controller.Options{MaxConcurrentReconciles: 2}
	stores := secretstore.StoreReconciler{
		Client: manager.GetClient(), Log: ctrl.Log, Scheme: scheme,
		ControllerClass: "default", RequeueInterval: time.Minute,
	}
	fatal(stores.SetupWithManager(manager, options))
	secrets := externalsecret.Reconciler{
		Client: manager.GetClient(), SecretClient: manager.GetClient(), Log: ctrl.Log, Scheme: scheme,
		RestConfig: manager.GetConfig(), ControllerClass: "default", RequeueInterval: time.Hour, EnableFloodGate: true,
	}
	fatal(secrets.SetupWithManager(manager, options))
	fatal(manager.Start(ctrl.SetupSignalHandler()))
}

func fatal(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
