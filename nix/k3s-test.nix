# A Kubernetes of one machine (k3s) with the image and the chart: it serves the page, counts, and keeps the count when
# its pod goes. Nothing is pulled: the images are put there before.
{
  testers,
  kubernetes-helm,
  runCommand,
  images,
}:
let
  # As strict as the namespaces of the environments.
  namespace = builtins.toFile "namespace.yaml" ''
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dogs
      labels:
        pod-security.kubernetes.io/enforce: restricted
  '';
  # SQLite on a volume: what the chart makes when it is told nothing.
  manifests = runCommand "dog-gif-app.yaml" { nativeBuildInputs = [ kubernetes-helm ]; } ''
    export HOME=$TMPDIR
    {
      cat ${namespace}
      helm template dog-gif-app ${../k8s/charts/dog-gif-app} --namespace dogs --skip-tests \
        --set image.repository=${images.image.imageName},image.tag=${images.image.imageTag} \
        --set image.pullPolicy=Never
    } > "$out"
  '';
in
testers.runNixOSTest {
  name = "dog-gif-app-on-k3s";

  nodes.machine =
    { pkgs, ... }:
    {
      virtualisation = {
        cores = 2;
        memorySize = 3072;
        diskSize = 6144;
      };
      services.k3s = {
        enable = true;
        role = "server";
        disable = [
          "metrics-server"
          "servicelb"
          "traefik"
        ];
        images = [
          pkgs.k3s.airgap-images
          images.image
        ];
        manifests.dog-gif-app.source = manifests;
      };
    };

  testScript = ''
    import json

    def kubectl(arguments):
        return f"k3s kubectl --namespace dogs {arguments}"

    def wait_for_the_website():
        machine.wait_until_succeeds(
            kubectl("wait deployment/dog-gif-app --for=condition=Available --timeout=10s"), timeout=600
        )

    def visit():
        visited = machine.wait_until_succeeds(f"curl -sf -X POST http://{address}/api/v1/visits", timeout=60)
        return json.loads(visited)["visitor"]

    machine.wait_for_unit("k3s.service")
    wait_for_the_website()
    address = machine.succeed(kubectl("get service dog-gif-app --output jsonpath='{.spec.clusterIP}'"))

    with subtest("the page comes with a dog"):
        page = machine.wait_until_succeeds(f"curl -sf http://{address}/", timeout=60)
        assert "You are visitor" in page, page

    with subtest("each visit counts one"):
        first = visit()
        assert visit() == first + 1

    with subtest("the count survives the pod"):
        before = visit()
        machine.succeed(kubectl("delete pod --selector app.kubernetes.io/name=dog-gif-app --wait"))
        wait_for_the_website()
        assert visit() == before + 1

    with subtest("the program does without root"):
        machine.succeed("pgrep --uid 10001 dog-gif-app")
  '';
}
