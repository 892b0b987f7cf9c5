using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Weir.Probe.Tests")]
