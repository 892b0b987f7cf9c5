using Weir.Manifests.Objects;

namespace Weir.Manifests.Checks;

/// <summary>Where pods name ConfigMaps, Secrets and pull secrets.</summary>
internal static class References
{
    /// <param name="Field">The name.</param>
    /// <param name="Kind">Of what it names.</param>
    /// <param name="Optional">The pod starts without it.</param>
    public readonly record struct Reference(Field Field, string Kind, bool Optional);

    public static IEnumerable<Reference> Of(Pod pod)
    {
        foreach (var container in pod.Containers)
        {
            foreach (var one in container.Field["env"].Items)
            {
                yield return Of(one["valueFrom"]["configMapKeyRef"], "ConfigMap");
                yield return Of(one["valueFrom"]["secretKeyRef"], "Secret");
            }

            foreach (var one in container.Field["envFrom"].Items)
            {
                yield return Of(one["configMapRef"], "ConfigMap");
                yield return Of(one["secretRef"], "Secret");
            }
        }

        foreach (var volume in pod.Spec["volumes"].Items)
        {
            yield return Of(volume["configMap"], "ConfigMap");
            yield return Of(volume["secret"], "Secret", "secretName");
            foreach (var source in volume["projected"]["sources"].Items)
            {
                yield return Of(source["configMap"], "ConfigMap");
                yield return Of(source["secret"], "Secret");
            }
        }

        foreach (var one in pod.Spec["imagePullSecrets"].Items) yield return Of(one, "Secret");
    }

    private static Reference Of(Field source, string kind, string name = "name") => new(source[name], kind, source["optional"].IsTrue);
}
