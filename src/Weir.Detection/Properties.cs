using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Weir.Detection.Tests")]
