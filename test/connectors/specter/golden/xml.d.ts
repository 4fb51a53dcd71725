// Golden XML answers are imported as text.
declare module "*.xml?raw" {
  const text: string;
  export default text;
}
