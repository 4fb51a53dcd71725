// SQL files are bundled as text: the merchant object's migrations travel inside the Worker.
declare module "*.sql" {
  const text: string;
  export default text;
}
